import { closest, distance } from 'fastest-levenshtein';

/** The word that was probably meant: at most two letters away, or a third of its length; `undefined` where none is near. */
export function suggest(written: string, words: readonly string[]): string | undefined {
  if (words.length === 0 || written.length > 60) return undefined;
  const near = closest(written.toLowerCase(), words.slice());
  const allowed = Math.max(written.length <= 3 ? 1 : 2, Math.floor(near.length / 3));
  return distance(written.toLowerCase(), near) <= allowed ? near : undefined;
}

/** The suggestion as a hint, or the words to choose from. */
export function didYouMean(written: string, words: readonly string[]): string | undefined {
  const near = suggest(written, words);
  if (near !== undefined) return `did you mean ${near}?`;
  return words.length === 0 ? undefined : `known here: ${words.join(', ')}`;
}
