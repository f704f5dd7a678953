import { styleText } from 'node:util';

/** How a stream marks text. Without colour every function gives its text back, so meaning never hangs on colour. */
export type Style = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly active: (text: string) => string;
};

export const PLAIN: Style = {
  bold: (text) => text,
  dim: (text) => text,
  good: (text) => text,
  bad: (text) => text,
  warning: (text) => text,
  active: (text) => text,
};

export const COLOURED: Style = {
  bold: marked('bold'),
  dim: marked('dim'),
  good: marked('green'),
  bad: marked('red'),
  warning: marked('yellow'),
  active: marked('cyan'),
};

function marked(format: Parameters<typeof styleText>[0]): (text: string) => string {
  return (text) => (text === '' ? '' : styleText(format, text, { validateStream: false }));
}

export type ColourChoice = 'auto' | 'always' | 'never';

/** Whether a stream gets colour: the flag, then NO_COLOR, FORCE_COLOR, TERM=dumb, and at last whether it is a terminal. */
export function hasColour(
  choice: ColourChoice,
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if ((environment.NO_COLOR ?? '') !== '') return false;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (environment.TERM === 'dumb') return false;
  return isTerminal;
}
