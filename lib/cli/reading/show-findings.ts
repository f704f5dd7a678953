import { type Finding, formatFinding } from '../../pipeline/finding.ts';
import type { Output } from '../output/output.ts';

/** Findings for people, to stderr: all of them in the order of the file. */
export function showFindings(findings: readonly Finding[], output: Output): void {
  if (findings.length === 0) return;
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const counts = [counted(errors, 'error'), counted(findings.length - errors, 'warning')]
    .filter(Boolean)
    .join(', ');
  output.note([
    ...findings.map((finding) => formatFinding(finding)),
    `${counts}; \`nonevent explain ${findings[0]?.code}\` says more`,
  ]);
}

function counted(count: number, what: string): string {
  if (count === 0) return '';
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
