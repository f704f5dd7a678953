import { visible } from '../../lib/pipeline/visible.ts';

/** Text that was recorded, as it may be shown: characters that would change what is around them are seen as such. Pure. */
export function shown(text: string): string {
  return text
    .split(/\r\n|\n/)
    .map(visible)
    .join('\n');
}

/** Text that was recorded, on one line. Pure. */
export function shownLine(text: string): string {
  return visible(text.replaceAll(/\s+/g, ' ').trim());
}
