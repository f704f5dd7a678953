import type { DeploymentRecord, QuestionRecord } from '../../../lib/audit/report/deployment-record.ts';
import type { AuditReport } from '../../../lib/audit/report/report.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import type { Digest } from '../../../lib/pipeline/release.ts';

export const ARTIFACT = `sha256:${'a'.repeat(64)}` as Digest;

export const TESTS: QuestionRecord = {
  stage: 'unit-tests',
  kind: 'command',
  class: 'check',
  mode: 'enforcing',
  question: 'Do the tests pass?',
  state: 'passed',
  expected: 'exit code 0',
  observed: 'exit code 0; no output',
  verdict: 'pass',
  became: 'passed',
  evidence: '{"exitCode":0}',
  endedAt: '2026-11-23T04:00:02.000Z',
};

export const RECORD: DeploymentRecord = {
  deployment: '1111111111111111aaaa' as DeploymentId,
  kind: 'forward',
  of: undefined,
  pipeline: 'storefront',
  environments: ['production'],
  release: { version: '1.0.0', artifact: ARTIFACT },
  trigger: { id: 'push-1', source: 'cli', actor: 'ada' },
  reason: undefined,
  requestedAt: '2026-11-23T04:00:00.000Z',
  endedAt: '2026-11-23T04:00:05.000Z',
  outcome: 'succeeded',
  stop: undefined,
  ending: 'succeeded',
  questions: [TESTS],
  testing: { kind: 'tested', checks: ['unit-tests'] },
  undone: [],
  tookBackMs: undefined,
  seal: { seal: 1, sealedAt: '2026-11-23T05:00:00.000Z' },
};

export const REPORT: AuditReport = {
  madeAt: '2026-11-23T06:00:00.000Z',
  scope: { environment: 'production', since: '2026-11-01T00:00:00.000Z' },
  record: {
    streams: 2,
    commits: 9,
    events: 12,
    findings: [],
    seals: 1,
    newestSeal: {
      seal: 1,
      hash: 'b'.repeat(64),
      publicKey: 'c'.repeat(64),
      at: '2026-11-23T05:00:00.000Z',
    },
    resumed: undefined,
    unfinished: undefined,
    unsealed: 0,
  },
  deployments: [RECORD],
  manualFlagChanges: [],
  freedLeases: [],
  readiness: [],
};
