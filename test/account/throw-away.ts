import { App, Stack } from 'aws-cdk-lib';
import { GreetingService } from '../../examples/aws/greeting-service.ts';
import { DeploymentSystem, type DeploymentSystemProps } from '../../lib/infra/deployment-system.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

/** The pipeline of the example, with analyses as short as the metrics of CloudWatch allow. */
export function pipelineText(name: string): string {
  return `pipeline: greeting
apis: {}
environments:
  production:
    target: { kind: lambdaAlias, function: ${name}-greeting, alias: live }
stages:
  - kind: compatibility
    name: compatible
    environment: production
  - kind: canary
    name: canary
    environment: production
    steps: [50, 100]
    analysis: { for: 1m, interval: 20s, minRequests: 20, errorRate: { max: 5% } }
`;
}

/** The system and the service that it deploys, all of which goes when the stack goes. */
export function throwAwayStack(app: App, name: string, more: Partial<DeploymentSystemProps> = {}): Stack {
  const stack = new Stack(app, name, { description: 'Nonevent: npm run test:aws, may be deleted' });
  new GreetingService(stack, 'Greeting', { name: `${name}-greeting` });
  new DeploymentSystem(stack, 'System', {
    pipelines: [pipelineOf(pipelineText(name))],
    name,
    data: 'deleted with the stack',
    ...more,
  });
  return stack;
}

function pipelineOf(text: string): Pipeline {
  const reading = readPipeline(text, 'nonevent.yaml');
  if (reading.ok) return reading.pipeline;
  throw new Error(reading.findings.map(({ message }) => message).join('\n'));
}

if (import.meta.main) {
  const app = new App();
  throwAwayStack(app, String(app.node.tryGetContext('name')));
}
