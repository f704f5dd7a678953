import { type IncomingHttpHeaders, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Connection } from '../../lib/local/connection.ts';
import { type IamCall, iamCallsOf } from '../aws/authorization.ts';
import { jsonError, type ServiceFake, xmlError } from '../aws/aws-fake.ts';
import { deniedOf } from '../aws/policy.ts';
import { type FakeAnswer, type FakeRequest, serve } from '../aws/serve.ts';
import type { Installed, Place } from './installed.ts';

/** A call that somebody has made, and what of it his role does not allow. */
export type RecordedCall = IamCall & { readonly by: string; readonly denied: readonly string[] };

export type Account = {
  readonly endpoint: string;
  /** Every call of every function, in order. */
  readonly calls: RecordedCall[];
  /** Answers that the next calls get instead of their own, as `[function, action, error]`. */
  readonly faults: (readonly [by: string, action: string, error: string])[];
  /** Tells where the local system is that stands for DynamoDB, Step Functions and EventBridge. */
  readonly connect: (local: Pick<Connection, 'endpoints' | 'token'>) => void;
};

/** Where a service is: a stand-in in this process, or the client of one that has an address of its own. */
export type Stand =
  | ServiceFake
  | { readonly service: string; readonly at: { readonly config: { endpoint?: unknown } } };

/**
 * An account in which every request is held against the role of whoever signed it, before the service hears of it: functions have their
 * name as access key. What is not allowed is refused as IAM refuses it. Behind it are a local system and stand-ins of other services.
 *
 * What services do in the name of whoever asks is asked for as well: S3 uses the key of a bucket
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html), and says of what is not there only that it may not be
 * read where the bucket may not be listed (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
 */
export async function startAccount(options: {
  readonly installed: Installed;
  readonly place: Place;
  readonly stands: readonly Stand[];
  readonly atEnd: (close: () => Promise<void>) => void;
}): Promise<Account> {
  const { installed, place, stands } = options;
  const calls: RecordedCall[] = [];
  const faults: Account['faults'] = [];
  let local: Pick<Connection, 'endpoints' | 'token'> | undefined;

  /** Records a call, and tells whether it is allowed. A role in another account is that account's business. */
  const isAllowed = (by: string, call: IamCall): boolean => {
    const denied = by.startsWith('ASIA') ? [] : deniedOf(installed.roles[by] ?? [], call);
    calls.push({ ...call, by, denied });
    return denied.length === 0;
  };

  const reach = async (
    service: string,
    region: string,
    by: string,
    request: FakeRequest,
  ): Promise<FakeAnswer> => {
    if (local === undefined) throw new Error('the local system has not been started');
    const { endpoints, token } = local;
    switch (service) {
      case 'dynamodb':
        return forward(endpoints.dynamodb, request, token);
      case 'events':
        return forward(endpoints.events, request, token);
      case 'states':
        return answerOfVersion(installed, request) ?? forward(endpoints.states, plainArn(request), token);
      default: {
        const stand = stands.find((each) => each.service === service);
        if (stand === undefined) return jsonError(404, 'UnknownOperation', `nothing stands for ${service}`);
        return 'at' in stand
          ? forward(await endpointOf(stand.at.config), request, by)
          : stand.answer({ ...request, region, accessKey: by });
      }
    }
  };

  const keyOfBucket = (action: 'kms:Decrypt' | 'kms:GenerateDataKey'): IamCall => ({
    action,
    resources: [`arn:aws:kms:${place.region}:${place.account}:key/data`],
    context: { 'kms:ViaService': `s3.${place.region}.amazonaws.com` },
  });

  const answer = async (request: FakeRequest): Promise<FakeAnswer> => {
    const [, by = '', region = '', service = ''] =
      /Credential=([^/]+)\/[^/]+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const refuse = (code = 'AccessDenied') => refusalOf(service, code);
    const asked = [...iamCallsOf(request, { service, region, account: place.account })];
    const isOurBucket = /^\/(artifacts|seals)\//.test(request.path) && service === 's3';
    if (isOurBucket) {
      if (request.method === 'PUT') asked.push(keyOfBucket('kms:GenerateDataKey'));
      else if (request.method === 'GET') asked.push(keyOfBucket('kms:Decrypt'));
    }
    if (asked.map((call) => isAllowed(by, call)).includes(false)) return refuse();
    const fault = faults.findIndex(([who, action]) => who === by && action === asked[0]?.action);
    if (fault !== -1) return refuse(faults.splice(fault, 1)[0]?.[2]);
    const given = await reach(service, region, by, request);
    if (!isOurBucket || given.status !== 404) return given;
    const bucket = `arn:aws:s3:::${request.path.split('/')[1]}`;
    return isAllowed(by, { action: 's3:ListBucket', resources: [bucket], context: {} }) ? given : refuse();
  };

  const { endpoint } = await serve(answer, options.atEnd);
  return {
    endpoint,
    calls,
    faults,
    connect(found) {
      local = found;
    },
  };
}

const STATUS: Readonly<Record<string, number>> = { AccessDenied: 403, InternalFailure: 500 };

function refusalOf(service: string, code: string): FakeAnswer {
  const status = STATUS[code] ?? 400;
  if (['s3', 'cloudformation', 'sts'].includes(service)) return xmlError(status, code, 'refused');
  return jsonError(status, code === 'AccessDenied' ? 'AccessDeniedException' : code, 'refused');
}

/** The local system has one state machine for each definition; versions are what the template says. */
function answerOfVersion({ machines }: Installed, { headers, body }: FakeRequest): FakeAnswer | undefined {
  const operation = String(headers['x-amz-target']).split('.')[1];
  const { stateMachineArn } = JSON.parse(body.toString()) as { stateMachineArn?: string };
  const answered = (content: object) => ({
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(content),
  });
  const versions = machines.flatMap((machine) => machine.versions);
  if (operation === 'ListStateMachineVersions') {
    const found = versions.filter(({ arn }) => arn.startsWith(`${stateMachineArn}:`)).reverse();
    return answered({
      stateMachineVersions: found.map(({ arn }) => ({ stateMachineVersionArn: arn, creationDate: 0 })),
    });
  }
  if (operation !== 'DescribeStateMachine') return undefined;
  const found = versions.find(({ arn }) => arn === stateMachineArn);
  return found && answered({ stateMachineArn, description: found.description });
}

/** An execution of a version is one of its state machine. */
function plainArn(request: FakeRequest): FakeRequest {
  const body = request.body.toString().replace(/(:stateMachine:[^:"]+):\d+"/, '$1"');
  return { ...request, body: Buffer.from(body) };
}

async function endpointOf(config: { endpoint?: unknown }): Promise<string> {
  const { hostname, port } = await (config.endpoint as () => Promise<{ hostname: string; port: number }>)();
  return `http://${hostname}:${port}`;
}

/** The same request, signed by somebody else. */
async function forward(endpoint: string, request: FakeRequest, accessKey: string): Promise<FakeAnswer> {
  const { method, path, query, headers, body } = request;
  const url = new URL(endpoint);
  url.pathname = path.split('/').map(encodeURIComponent).join('/');
  url.search = query.toString();
  const signature = headers.authorization?.replace(/Credential=[^/]+/, `Credential=${accessKey}`);
  const kept = without(headers, OF_A_CONNECTION);
  const sent = send(url, {
    method,
    headers: { ...kept, 'content-length': body.length, ...(signature && { authorization: signature }) },
  });
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      const answered = without(response.headers, OF_A_CONNECTION);
      buffer(response).then(
        (content) => resolve({ status: response.statusCode ?? 500, headers: answered, body: content }),
        reject,
      );
    });
    sent.end(body);
  });
}

/** Headers that each side of a proxy says for itself. */
const OF_A_CONNECTION = ['host', 'connection', 'keep-alive', 'expect', 'transfer-encoding'];

function without(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      names.includes(name) || typeof value !== 'string' ? [] : [[name, value]],
    ),
  );
}
