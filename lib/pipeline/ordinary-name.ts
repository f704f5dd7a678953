/** What is said of a name that is not ordinary. */
export const ORDINARY_NAME =
  'expected another name: every object in JavaScript has something of this name, so it is refused everywhere';

/** Whether a name is not one that every object has anyway, such as `constructor`, under which a look-up would find what nobody wrote. Pure. */
export function isOrdinaryName(written: string): boolean {
  return !(written in Object.prototype);
}
