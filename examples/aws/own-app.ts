import { App, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DeploymentSystem, type DeploymentSystemProps } from '../../lib/infra/deployment-system.ts';
import { pipelinesIn } from '../../lib/infra/pipelines-in.ts';
import { GreetingService } from './greeting-service.ts';

/** A stack of your own with Nonevent in it, beside the service that it deploys. */
export function ownStack(app: App, more: Partial<DeploymentSystemProps> = {}): Stack {
  const stack = new Stack(app, 'Shop');
  new GreetingService(stack, 'Greeting', { name: 'greeting' });
  const nonevent = new DeploymentSystem(stack, 'Nonevent', {
    pipelines: pipelinesIn('examples/aws'),
    alarmTopic: new Topic(stack, 'Alarms', { enforceSSL: true }),
    ...more,
  });
  const builder = new Role(stack, 'Builder', { assumedBy: new AccountRootPrincipal() });
  nonevent.grantTrigger(builder); // may keep an artifact and put requests on the bus
  const auditor = new Role(stack, 'Auditor', { assumedBy: new AccountRootPrincipal() });
  nonevent.grantRead(auditor); // may read all histories, artifacts and seals
  nonevent.grantDistributedAudit(auditor); // may verify all histories by an export: `audit verify --distributed`
  return stack;
}

if (import.meta.main) ownStack(new App());
