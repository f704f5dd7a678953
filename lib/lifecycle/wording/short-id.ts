const SHORT_ID = 8;

/** The first digits of a deployment id: enough to type, and unique on any machine that is not the fullest. */
export function shortId(deployment: string): string {
  return deployment.slice(0, SHORT_ID);
}
