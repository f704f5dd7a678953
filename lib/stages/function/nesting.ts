/** Whether a text of JSON is nested deeper than so many levels. Linear and without recursion, so that nothing overflows here. */
export function isNestedDeeper(json: string, levels: number): boolean {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}
