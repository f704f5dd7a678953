import { plainText } from '../../lifecycle/wording/plain-text.ts';
import { dateAndTime, span } from '../../lifecycle/wording/times.ts';
import { type Control, controlsOf } from './controls.ts';
import type { DeploymentRecord, QuestionRecord } from './deployment-record.ts';
import type { AuditReport } from './report.ts';
import { STYLE } from './style.ts';
import { scopeInWords, tookInWords } from './words.ts';

/**
 * A report as one HTML file: no script, no outside resource, to be read and printed anywhere. Everything in it that was
 * recorded is escaped, and control characters and bidi marks in it are gone. Pure.
 */
export function reportAsHtml(report: AuditReport): string {
  const { madeAt, scope, deployments } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Deployment audit, ${shown(dateAndTime(madeAt))}</title>
<style>
${STYLE}</style>
</head>
<body>
<h1>Deployment audit</h1>
<p>Made ${shown(dateAndTime(madeAt))}. ${shown(scopeInWords(scope))}</p>
<h2>Control questions</h2>
${controlsOf(report).map(controlAsHtml).join('\n')}
<h2>Deployments</h2>
${deployments.length === 0 ? '<p>None.</p>' : deployments.map(deploymentAsHtml).join('\n')}
</body>
</html>
`;
}

function controlAsHtml({ question, tone, answer, facts }: Control, index: number): string {
  const list = facts.map((fact) => `<li>${shown(fact)}</li>`).join('');
  return `<section class="control ${tone}">
<h3>${index + 1}. ${shown(question)} <span class="tone">${TONES[tone]}</span></h3>
<p>${shown(answer)}</p>
${list === '' ? '' : `<ul>${list}</ul>`}
</section>`;
}

const TONES: Readonly<Record<Control['tone'], string>> = {
  good: '✔ in order',
  attention: '! look at this',
  bad: '✖ not in order',
};

function deploymentAsHtml(record: DeploymentRecord): string {
  const { deployment, pipeline, release, kind, ending, questions, undone } = record;
  const facts = factsOf(record)
    .map(([name, value]) => `<dt>${name}</dt><dd>${shown(value)}</dd>`)
    .join('');
  const undo = undone.map(({ stage, at, failed, kept }) => {
    const done = kept === undefined ? 'undone' : `kept: ${kept}`;
    const what = failed === undefined ? done : `could not be undone: ${failed}`;
    return `<li>${shown(dateAndTime(at))} ${shown(stage)} ${shown(what)}</li>`;
  });
  return `<section class="deployment">
<h3 id="${shown(deployment)}">${shown(pipeline)} ${shown(release.version)}${kind === 'rollback' ? ', rollback' : ''}: ${shown(ending)}</h3>
<dl>${facts}</dl>
<table>
<thead><tr><th scope="col">Stage</th><th scope="col">Question</th><th scope="col">Expected</th><th scope="col">Observed</th><th scope="col">Verdict</th></tr></thead>
<tbody>
${questions.map(questionAsHtml).join('\n')}
</tbody>
</table>
<p>${undo.length === 0 ? 'Nothing was undone.' : 'Undone, in this order:'}</p>
${undo.length === 0 ? '' : `<ol>${undo.join('')}</ol>`}
</section>`;
}

function factsOf(record: DeploymentRecord): readonly (readonly [string, string])[] {
  const { deployment, release, trigger, requestedAt, endedAt, of, reason, stop, seal, tookBackMs } = record;
  return [
    ['Deployment', deployment],
    ['Release', `${release.version}, artifact ${release.artifact}`],
    ...(release.commit === undefined ? [] : [['Commit', release.commit] as const]),
    ['Asked for by', `${trigger.actor}, through ${trigger.source}, as ${trigger.id}`],
    ['Environments', record.environments.join(', ')],
    ...(of === undefined ? [] : [['Of', of] as const]),
    ...(reason === undefined ? [] : [['Reason', reason] as const]),
    ...(stop === undefined ? [] : [['Stopped by', `${stop.actor}: ${stop.reason}`] as const]),
    ['Times', `requested ${dateAndTime(requestedAt)}, ${tookInWords(requestedAt, endedAt)}`],
    ...(tookBackMs === undefined ? [] : [['Taken back in', span(tookBackMs)] as const]),
    ['Sealed', seal === undefined ? 'not yet' : `by seal#${seal.seal} of ${seal.sealedAt}`],
  ];
}

function questionAsHtml(question: QuestionRecord): string {
  const { stage, class: ofClass, mode, expected, observed, verdict, became, evidence } = question;
  const kind = ofClass === 'check' ? `${question.kind}, ${mode}` : `${question.kind}, change`;
  const proof = evidence === '' ? '' : `<code>${shown(evidence)}</code>`;
  return `<tr><th scope="row">${shown(stage)}<small>${shown(kind)}</small></th><td>${shown(question.question)}</td><td>${shown(expected)}</td><td>${shown(observed)}${proof}</td><td>${shown(verdict)}<small>${shown(became)}</small></td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Recorded text as text of HTML, whatever it holds. Line breaks stay. Pure. */
function shown(text: string): string {
  return plainText(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
