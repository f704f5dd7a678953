import { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { problemLines, problemOf } from '../lib/cli/output/problem.ts';
import { PLAIN } from '../lib/cli/output/style.ts';
import { askedFor } from '../lib/infra/asked-for.ts';
import { DeploymentSystem } from '../lib/infra/deployment-system.ts';
import { pipelinesIn } from '../lib/infra/pipelines-in.ts';
import { NoneventError } from '../lib/nonevent-error.ts';

// A refusal leaves nothing behind: the assembly is written at the end only.
const app = new App({ autoSynth: false });
try {
  const { folder, alarmTopic } = askedFor((name) => app.node.tryGetContext(name));
  const pipelines = pipelinesIn(folder);
  const stack = new Stack(app, 'Nonevent', { description: 'Nonevent: deployments as a system' });
  new DeploymentSystem(stack, 'System', {
    pipelines,
    ...(alarmTopic === undefined ? {} : { alarmTopic: Topic.fromTopicArn(stack, 'AlarmTopic', alarmTopic) }),
  });
  app.synth();
} catch (thrown) {
  if (!(thrown instanceof NoneventError)) throw thrown;
  process.stderr.write(`${problemLines(problemOf(thrown), 'text', PLAIN).join('\n')}\n`);
  process.exitCode = 1;
}
