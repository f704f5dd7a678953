/** A recorded text has at most 4000 characters; some are left for what is said around a list. */
const LONGEST_TEXT = 3600;

/**
 * As many of some texts as can be read and recorded, and how many more there are. No text has more than `longest`
 * characters, and all together have at most 3600. Pure.
 */
export function inShort(
  texts: readonly string[],
  { most, longest, between }: { readonly most: number; readonly longest: number; readonly between: string },
): string {
  const clipped = texts.map((text) =>
    text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text,
  );
  const fitting = Math.floor(LONGEST_TEXT / (longest + between.length));
  const limit = Math.min(most, fitting);
  if (clipped.length <= limit) return clipped.join(between);
  const shown = clipped.slice(0, limit - 1);
  return [...shown, `and ${clipped.length - shown.length} more`].join(between);
}
