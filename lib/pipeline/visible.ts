/**
 * Text that is safe to show: control characters, bidi marks, line separators and halves of characters become U+FFFD.
 * One for one, so that columns and a caret below stay where they belong.
 */
export function visible(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu, '\uFFFD');
}
