import type { Style } from './style.ts';
import { pad, widthOf } from './width.ts';

/** Names and what is to be said about them, aligned and indented. A text of several lines stays below its beginning. */
export function factLines(
  facts: readonly (readonly [name: string, text: string])[],
  style: Style,
): readonly string[] {
  const columns = Math.max(0, ...facts.map(([name]) => widthOf(name)));
  const indent = ' '.repeat(columns + 4);
  return facts.flatMap(([name, text]) => {
    const [first = '', ...others] = text.split('\n');
    return [`  ${style.dim(pad(name, columns))}  ${first}`, ...others.map((line) => `${indent}${line}`)];
  });
}
