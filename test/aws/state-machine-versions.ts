import { z } from 'zod';
import { type FakeService, serve } from './serve.ts';

export type FakeVersions = {
  readonly service: FakeService;
  /** Publishes a version of a state machine, as `PublishStateMachineVersion` does. Returns its ARN. */
  readonly publish: (stateMachineArn: string, description: string) => string;
  /** What was asked, in order. */
  readonly asked: string[];
  /** What was started: the ARN that it was started by, and the name of the execution. */
  readonly started: { readonly by: string; readonly name: string }[];
};

const request = z.object({
  stateMachineArn: z.string(),
  nextToken: z.string().optional(),
  name: z.string().default(''),
});

/**
 * Step Functions with versions, as far as a start needs them: versions are listed newest first, two a page, and `DescribeStateMachine`
 * of a version tells its description
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html, API_DescribeStateMachine.html).
 */
export async function serveVersions(): Promise<FakeVersions> {
  const versions = new Map<string, string[]>();
  const descriptions = new Map<string, string>();
  const asked: string[] = [];
  const started: { by: string; name: string }[] = [];
  const answers: Readonly<Record<string, (given: z.output<typeof request>) => object | undefined>> = {
    ListStateMachineVersions: ({ stateMachineArn, nextToken = '0' }) => {
      const from = Number(nextToken);
      const newestFirst = (versions.get(stateMachineArn) ?? []).toReversed();
      return {
        stateMachineVersions: newestFirst
          .slice(from, from + 2)
          .map((arn) => ({ stateMachineVersionArn: arn, creationDate: 0 })),
        ...(newestFirst.length > from + 2 ? { nextToken: String(from + 2) } : {}),
      };
    },
    DescribeStateMachine: ({ stateMachineArn }) =>
      descriptions.has(stateMachineArn)
        ? { stateMachineArn, description: descriptions.get(stateMachineArn) }
        : undefined,
    StartExecution: ({ stateMachineArn, name }) => {
      if (!descriptions.has(stateMachineArn)) return undefined;
      started.push({ by: stateMachineArn, name });
      return { executionArn: 'arn', startDate: 0 };
    },
  };
  const service = await serve(({ headers, body }) => {
    const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
    asked.push(operation);
    const answer = answers[operation]?.(request.parse(JSON.parse(String(body))));
    const content = { 'content-type': 'application/x-amz-json-1.0' };
    if (answer !== undefined) return { headers: content, body: JSON.stringify(answer) };
    return { status: 400, headers: content, body: JSON.stringify({ __type: 'StateMachineDoesNotExist' }) };
  });
  return {
    service,
    asked,
    started,
    publish: (stateMachineArn, description) => {
      const known = versions.get(stateMachineArn) ?? [];
      const arn = `${stateMachineArn}:${known.length + 1}`;
      versions.set(stateMachineArn, [...known, arn]);
      descriptions.set(arn, description);
      return arn;
    },
  };
}
