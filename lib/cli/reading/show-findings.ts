import { counted } from '../../lifecycle/wording/counted.ts';
import { type Finding, formatFinding } from '../../pipeline/finding.ts';
import type { Output } from '../output/output.ts';

/** Findings for people, to stderr: all of them in the order of the file. */
export function showFindings(findings: readonly Finding[], output: Output): void {
  if (findings.length === 0) return;
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const counts = [some(errors, 'error'), some(findings.length - errors, 'warning')]
    .filter(Boolean)
    .join(', ');
  output.note([
    ...findings.map((finding) => formatFinding(finding)),
    `${counts}; \`nonevent explain ${findings[0]?.code}\` says more`,
  ]);
}

function some(count: number, what: string): string {
  return count === 0 ? '' : counted(count, what);
}
