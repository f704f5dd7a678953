/**
 * What is nested deeper is refused where it comes in: a schema and JSON itself walk it by recursion, so it could be taken now
 * and not be read again by the next start. Ours are about ten deep.
 */
const DEEPEST = 100;

/** Whether a text of JSON is nested deeper than anything of use. In time linear in its length, without recursion. */
export function isTooDeep(json: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
