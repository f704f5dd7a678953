import type { Proof, ProvenLaw } from '../../lifecycle/prove.ts';
import { counted } from '../../lifecycle/wording/counted.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';

/** Whether a law is known to be broken; of a machine that is too large nothing is known. Pure. */
export function isBroken({ holds, explored }: Proof): boolean {
  return explored && !holds;
}

/** What was proven, on one line. Pure. */
export function proofLine(proof: Proof, style: Style, unexplored: string): string {
  const { explored, laws, situations, steps } = proof;
  if (!explored) return `  ${style.warning('! not proven')}  ${unexplored}`;
  const broken = laws.filter((law) => !law.holds).length;
  const where = `in all ${situations} situations and ${steps} steps of its machine`;
  return broken === 0
    ? `  ${style.good('✔ proven')}  ${laws.length} laws hold ${where}`
    : `  ${style.bad('✖ broken')}  ${broken} of ${counted(laws.length, 'law')} ${where}`;
}

/** The laws that do not hold, each with a shortest way to where it breaks. Pure. */
export function brokenLines({ explored, laws }: Proof, style: Style): readonly string[] {
  if (!explored) return [];
  return laws
    .filter((law) => !law.holds)
    .flatMap(({ law, counterexample }) => [
      `    ${style.bad('✖')} ${style.bold(law)}`,
      `      ${style.dim('after')} ${(counterexample ?? []).join(' -> ')}`,
    ]);
}

/** Every law with the number of places where the machine had to keep it. Pure. */
export function lawLines({ laws }: Proof, style: Style): readonly string[] {
  const rows = laws.map(({ law, holds, checked }) => [holds ? '  ✔' : '  ✖', law, timesInWords(checked)]);
  return table(rows, (cell, column, row) => {
    if (column === 0) return laws[row]?.holds ? style.good(cell) : style.bad(cell);
    return column === 2 ? style.dim(cell) : cell;
  });
}

/** Where a law had nothing to say, that it holds says nothing either. */
function timesInWords(checked: ProvenLaw['checked']): string {
  return checked === 0 ? 'nothing here it speaks of' : `kept at ${counted(checked, 'place')}`;
}
