import { type Pipeline, pipelineSchema } from '../../lib/pipeline/pipeline.ts';

/**
 * A pipeline in short: `command unit`, `analysis watch`, `acquire production`, `place blue`, `custom notify`, `build unit` for a command on CodeBuild, and
 * `tests: unit e2e` for a parallel group of commands.
 */
export function pipelineOf(...steps: readonly string[]): Pipeline {
  return pipelineSchema.parse({
    pipeline: 'storefront',
    environments: { production: { target: { kind: 'process', start: 'node server.js', port: 4100 } } },
    stages: steps.map(stepOf),
  });
}

function stepOf(written: string): object {
  const [head = '', ...rest] = written.split(' ');
  if (head.endsWith(':'))
    return { parallel: head.slice(0, -1), stages: rest.map((name) => stageOf('command', name)) };
  return stageOf(head, rest[0] ?? '');
}

const COMMON = { question: 'Does it hold?', expect: 1, timeout: 20, retries: 2 };
const ENVIRONMENT = { environment: 'production' };

function stageOf(kind: string, name: string): object {
  const common = { ...COMMON, kind, name };
  switch (kind) {
    case 'command':
      return { ...common, run: 'true' };
    case 'http':
      return { ...common, url: '/health', ...ENVIRONMENT };
    case 'analysis':
      return { ...common, for: 10, interval: 2, minRequests: 10, errorRate: { max: 0.01 }, ...ENVIRONMENT };
    case 'compatibility':
      return { ...common, ...ENVIRONMENT };
    case 'parity':
      return { ...common, environment: 'staging', against: 'production' };
    case 'function':
      return { ...common, module: 'check.mjs#measure', criteria: { latencyMs: { max: 300 } } };
    case 'rehearsal':
      return { ...common, within: 2, ...ENVIRONMENT };
    case 'build':
      return { ...common, kind: 'command', run: 'true', project: 'shop' };
    case 'flag':
      return { ...common, flag: 'new-checkout', value: true, ...ENVIRONMENT };
    case 'migrate':
      return { ...common, phase: 'expand', from: 1, to: 2, run: 'true', undo: 'true', ...ENVIRONMENT };
    case 'acquire':
      return { ...common, name: `acquire-${name}`, environment: name };
    case 'place':
      return { ...common, ...ENVIRONMENT };
    case 'shift':
      return { ...common, percent: 10, ...ENVIRONMENT };
    case 'custom':
      return { ...common, run: 'true', undo: 'true' };
    default:
      throw new Error(`no such kind: ${kind}`);
  }
}
