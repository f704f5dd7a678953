import { flagInWords } from '../../environments/flags.ts';
import { counted } from '../../lifecycle/wording/counted.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { dateAndTime, span } from '../../lifecycle/wording/times.ts';
import { findingInWords } from '../finding.ts';
import type { DeploymentRecord, QuestionRecord } from './deployment-record.ts';
import type { AuditReport, ReadinessFact } from './report.ts';

/** A question that every auditor asks, with the answer that the record gives. */
export type Control = {
  readonly question: string;
  /** `attention` where a person has to look at what is listed. */
  readonly tone: 'good' | 'attention' | 'bad';
  readonly answer: string;
  /** The counts behind the answer, and everything that is an exception to it. */
  readonly facts: readonly string[];
};

/** The five control questions, computed. Pure. */
export function controlsOf(report: AuditReport): readonly Control[] {
  return [
    whoDeployed(report),
    wasTested(report),
    wasBypassed(report),
    isReversible(report),
    isIntact(report),
  ];
}

function whoDeployed({ deployments }: AuditReport): Control {
  const askers = Map.groupBy(deployments, ({ trigger }) => `${trigger.actor}, through ${trigger.source}`);
  const stops = deployments.flatMap(({ deployment, stop }) =>
    stop === undefined ? [] : [`${stop.actor} stopped ${shortId(deployment)}: ${stop.reason}`],
  );
  const actors = new Set(deployments.map(({ trigger }) => trigger.actor)).size;
  return {
    question: 'Who may deploy, and who did?',
    // Only a person can hold who did against who may.
    tone: 'attention',
    answer: `${counted(actors, 'actor')} asked for ${counted(deployments.length, 'deployment')}. An actor is who asked as the system knew them; who may ask is decided where Nonevent runs, and is not in this record.`,
    facts: [
      ...[...askers].map(([who, own]) => {
        const rollbacks = own.filter(({ kind }) => kind === 'rollback').length;
        return `${who}: ${counted(own.length - rollbacks, 'release')}, ${counted(rollbacks, 'rollback')}`;
      }),
      ...stops,
    ],
  };
}

function wasTested({ deployments }: AuditReport): Control {
  const ofKind = (kind: DeploymentRecord['testing']['kind']) =>
    deployments.filter(({ testing }) => testing.kind === kind);
  const [tested, untested] = [ofKind('tested'), ofKind('untested')];
  const changed = tested.length + untested.length;
  return {
    question: 'Was every change tested?',
    tone: untested.length === 0 ? 'good' : 'bad',
    answer: `${tested.length} of ${counted(changed, 'deployment')} that changed something had passed every enforcing check that stands before the first change, by the order of the record.`,
    facts: [
      `${ofKind('changedNothing').length} ended or stand before any change; ${ofKind('return').length} returned to what had been live before`,
      ...untested.map((record) => `${named(record)}: ${untestedInWords(record)}`),
    ],
  };
}

function untestedInWords({ testing }: DeploymentRecord): string {
  const missing = testing.kind === 'untested' ? testing.missing : [];
  return missing.length === 0
    ? 'no enforcing check stands before its first change'
    : `${missing.join(', ')} had not passed when it first changed something`;
}

function wasBypassed({ deployments, manualFlagChanges, freedLeases }: AuditReport): Control {
  const passedOn = deployments.flatMap((record) =>
    record.questions
      .filter(isPassedOn)
      .map(
        (question) =>
          `${named(record)}: ${question.stage} (${question.mode}) ${seen(question)}, and it went on`,
      ),
  );
  const flags = manualFlagChanges.map(
    ({ environment, flag, value, actor, reason, at }) =>
      `${dateAndTime(at)} ${actor} set ${flag} in ${environment} to ${flagInWords(value)}: ${reason}`,
  );
  const freed = freedLeases.map(
    ({ environment, deployment, actor, reason, at }) =>
      `${dateAndTime(at)} ${actor} took the lease of ${environment} from ${shortId(deployment)}, which was stuck: ${reason}`,
  );
  const stuck = deployments
    .filter(({ outcome }) => outcome === 'stuck')
    .map((record) => `${named(record)} is stuck: what it changed could not all be taken back`);
  const exceptions = [...passedOn, ...flags, ...freed, ...stuck];
  return {
    question: 'Was anything bypassed?',
    tone: exceptions.length === 0 ? 'good' : 'attention',
    answer: `${counted(passedOn.length, 'verdict')} against a release did not stop it, ${counted(flags.length, 'flag change')} and ${counted(freed.length, 'freed lease')} by hand, ${stuck.length} stuck. There is no approval and no override that could be recorded.`,
    facts: exceptions,
  };
}

function isPassedOn({ class: ofClass, state, verdict }: QuestionRecord): boolean {
  return ofClass === 'check' && (state === 'passed' || state === 'reused') && verdict !== 'pass';
}

function seen({ verdict, expected, observed }: QuestionRecord): string {
  return `came to ${verdict} (expected ${expected}, observed ${observed})`;
}

function isReversible({ deployments, readiness }: AuditReport): Control {
  const returned = deployments.filter(({ outcome }) => outcome === 'rolledBack');
  const asked = returned.filter(({ kind }) => kind === 'rollback').length;
  const refused = deployments.filter(({ kind, outcome }) => kind === 'rollback' && outcome === 'failed');
  const stuck = deployments.filter(({ outcome }) => outcome === 'stuck');
  const times = returned.flatMap(({ tookBackMs }) => tookBackMs ?? []);
  const slowest = times.length === 0 ? '' : `, the slowest in ${span(Math.max(...times))}`;
  const blocked = readiness.filter((fact) => !fact.readiness.ready).length;
  return {
    question: 'Can it be reversed?',
    tone: stuck.length > 0 ? 'bad' : refused.length + blocked > 0 ? 'attention' : 'good',
    answer: `Taken back: ${returned.length - asked} after a failure, by themselves, and ${asked} on request${slowest}. Not taken back: ${counted(refused.length, 'rollback')} refused, ${stuck.length} stuck.`,
    facts: [
      ...readiness.map(readinessInWords),
      ...returned.map(
        (record) =>
          `${named(record)}: taken back in ${record.tookBackMs === undefined ? 'an unknown time' : span(record.tookBackMs)}`,
      ),
      ...refused.map((record) => `${named(record)}: refused`),
      ...stuck.map((record) => `${named(record)}: stuck`),
    ],
  };
}

function readinessInWords({ environment, pipeline, readiness }: ReadinessFact): string {
  const where = `${pipeline} in ${environment}, as of this report`;
  if (!readiness.ready) return `${where}: cannot be rolled back, as ${readiness.blocking.join('; ')}`;
  const version = readiness.returnsTo.release.version;
  if (readiness.warm === null)
    return `${where}: can be rolled back to ${version}; whether that still runs is not known here`;
  const how = readiness.warm ? 'which still runs' : 'which is placed again first';
  return `${where}: can be rolled back to ${version}, ${how}`;
}

function isIntact({ record }: AuditReport): Control {
  const { streams, commits, events, seals, findings, newestSeal, unsealed } = record;
  const isSealed = newestSeal !== undefined && unsealed === 0;
  return {
    question: 'Is the record intact?',
    tone: findings.length > 0 ? 'bad' : isSealed ? 'good' : 'attention',
    answer:
      findings.length > 0
        ? `No: ${counted(findings.length, 'place')} in it cannot be what was written. Streams that are named here are not told of below.`
        : `Yes: ${counted(streams, 'stream')}, ${counted(commits, 'commit')} and ${counted(events, 'event')} were verified, with ${counted(seals, 'seal')}.`,
    facts: [
      ...findings.map(findingInWords),
      newestSeal === undefined
        ? 'nothing is sealed yet, so that the newest commits could be cut off without a trace'
        : `last seal: seal#${newestSeal.seal} of ${newestSeal.at}, hash ${newestSeal.hash}, key ${newestSeal.publicKey}`,
      ...(newestSeal === undefined ? [] : [`${counted(unsealed, 'commit')} newer than the last seal`]),
    ],
  };
}

function named({ deployment, kind, pipeline, release }: DeploymentRecord): string {
  return `${shortId(deployment)} ${pipeline} ${release.version}${kind === 'rollback' ? ' rollback' : ''}`;
}
