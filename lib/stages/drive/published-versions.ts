import {
  DescribeStateMachineCommand,
  ListStateMachineVersionsCommand,
  type SFNClient,
  type SFNServiceException,
} from '@aws-sdk/client-sfn';
import { LIFECYCLE_VERSION } from '../../lifecycle/version.ts';
import type { Digest } from '../../pipeline/release.ts';
import type { StateMachines } from './executions.ts';

/**
 * What a published version says of the definition it runs. It is the version's description, because that is the one thing
 * about a version that is ours to choose and that never changes.
 */
export function versionDescription(pipelineDigest: Digest): string {
  return `${pipelineDigest} lifecycle ${LIFECYCLE_VERSION}`;
}

/**
 * One state machine for each pipeline, and one published version of it for each definition that was ever installed, so that an
 * older deployment is still rolled back by the definition it pinned: docs/decisions/0016-state-machine-versions.md.
 *
 * `arnPrefix` is what comes before a pipeline's name, such as `arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-`.
 * The newest version is asked first, so a deployment of what is installed now costs two requests; what a version says is
 * remembered as long as the process lives.
 */
export function publishedVersions(client: SFNClient, arnPrefix: string): StateMachines {
  const described = new Map<string, string>();

  const describe = async (version: string): Promise<string | undefined> => {
    const known = described.get(version);
    if (known !== undefined) return known;
    const { description } = await client.send(
      new DescribeStateMachineCommand({ stateMachineArn: version, includedData: 'METADATA_ONLY' }),
    );
    if (description !== undefined) described.set(version, description);
    return description;
  };

  const arnOf: StateMachines['arnOf'] = ({ pipeline }) => `${arnPrefix}${pipeline}`;

  return {
    arnOf,
    async find(definition) {
      const wanted = versionDescription(definition.pipelineDigest);
      for await (const version of versionsOf(client, arnOf(definition))) {
        if ((await describe(version)) === wanted) return version;
      }
      return undefined;
    },
  };
}

/** Newest first, as Step Functions lists them. None where there is no such state machine. */
async function* versionsOf(client: SFNClient, stateMachineArn: string): AsyncGenerator<string> {
  let nextToken: string | undefined;
  do {
    const page = await client
      .send(new ListStateMachineVersionsCommand({ stateMachineArn, nextToken }))
      .catch(noneWhereMissing);
    for (const { stateMachineVersionArn } of page.stateMachineVersions ?? []) {
      if (stateMachineVersionArn !== undefined) yield stateMachineVersionArn;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

function noneWhereMissing(thrown: unknown): { stateMachineVersions: []; nextToken?: undefined } {
  const { name } = thrown as Partial<SFNServiceException>;
  if (name === 'StateMachineDoesNotExist' || name === 'ResourceNotFound') return { stateMachineVersions: [] };
  throw thrown;
}
