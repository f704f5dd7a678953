const LONGEST = 80;

/** A value from outside as part of a message: JSON, clipped, every control character and bidi mark escaped. */
export function quoted(value: unknown): string {
  const written = JSON.stringify(value) ?? String(value);
  const clipped = written.length > LONGEST ? `${written.slice(0, LONGEST - 1)}…` : written;
  return clipped.toWellFormed().replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Words in a row: `a, b or c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
