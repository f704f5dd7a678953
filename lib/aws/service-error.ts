/** Whether an AWS service answered with an error of this name. SDK clients of two versions do not share their classes. */
export function isServiceError(thrown: unknown, ...names: readonly string[]): boolean {
  return thrown instanceof Error && names.includes(thrown.name);
}
