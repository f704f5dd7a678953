import { z } from 'zod';
import { command } from '../command.ts';
import { examine } from '../doctor/examination.ts';
import type { Finding } from '../doctor/finding.ts';
import { EXIT } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import { oneLine } from '../output/untrusted.ts';
import { findSettings, type Setting } from '../settings.ts';
import { type ChosenSystem, chooseSystem } from '../stack/choose-system.ts';

/** Says where each value came from, and examines this machine and the system that commands go to. */
export default command(z.object({}), async (_, cli) => {
  const { output } = cli;
  const found = findSettings(cli);
  const chosen = chooseSystem(cli);
  const settings = { ...found, ...valuesOf(chosen) };
  const findings = await examine(found, cli, chosen);
  const isWell = findings.every(({ state }) => state !== 'problem');
  if (output.format === 'text') output.answer(doctorLines(settings, findings, output.answerStyle));
  else output.document({ well: isWell, settings, findings });
  return isWell ? EXIT.done : EXIT.environment;
});

type Values = Readonly<Record<string, Setting<string | undefined>>>;

function valuesOf(chosen: ChosenSystem): Values {
  if (!('stack' in chosen)) {
    const { from } = chosen.system;
    const why = from === 'default' ? 'none is named or connected' : from;
    return { stack: { value: undefined, from: `${why}: the local system` } };
  }
  const { stack, region, profile } = chosen;
  return { stack, region, profile };
}

const MARKS = {
  ok: { text: '✔ ok', tone: 'good' },
  warning: { text: '! warning', tone: 'warning' },
  problem: { text: '✖ problem', tone: 'bad' },
} as const satisfies Readonly<
  Record<Finding['state'], { readonly text: string; readonly tone: keyof Style }>
>;

/** The settings with where they came from, and the findings with their fixes. Pure. */
export function doctorLines(settings: Values, findings: readonly Finding[], style: Style): readonly string[] {
  const values = Object.entries(settings).map(([name, { value, from }]) => [
    `  ${name}`,
    oneLine(value ?? '-'),
    from,
  ]);
  const rows = findings.map(({ what, state, observed }) => [
    `  ${MARKS[state].text}`,
    what,
    oneLine(observed),
  ]);
  const lines = table(rows, (cell, column, row) => {
    const finding = findings[row];
    return column === 0 && finding !== undefined ? style[MARKS[finding.state].tone](cell) : cell;
  });
  return [
    style.bold('Settings'),
    ...table(values, (cell, column) => (column === 2 ? style.dim(cell) : cell)),
    '',
    style.bold('Checks'),
    ...lines.flatMap((line, index) => {
      const fix = findings[index]?.fix;
      return fix === undefined ? [line] : [line, `      ${style.dim('fix')}  ${oneLine(fix)}`];
    }),
  ];
}
