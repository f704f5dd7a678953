import type { Style } from './style.ts';
import { pad, widthOf } from './width.ts';

/** Names and what is to be said about them, aligned and indented. */
export function factLines(
  facts: readonly (readonly [name: string, text: string])[],
  style: Style,
): readonly string[] {
  const columns = Math.max(0, ...facts.map(([name]) => widthOf(name)));
  return facts.map(([name, text]) => `  ${style.dim(pad(name, columns))}  ${text}`);
}
