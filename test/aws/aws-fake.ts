import { type IamCall, iamCallsOf } from './authorization.ts';
import { type FakeAnswer, type FakeRequest, type FakeService, serve } from './serve.ts';

/** A request, with what its signature says of who asks for what. */
export type SignedRequest = FakeRequest & {
  readonly region: string;
  readonly accessKey: string;
};

/** A stand-in for one service. */
export type ServiceFake = {
  /** The name of the service in signatures. */
  readonly service: string;
  readonly answer: (request: SignedRequest) => FakeAnswer;
};

export type AwsFake = {
  readonly configuration: FakeService & { readonly maxAttempts: number };
  /** Every call, as `service Action`, in order. */
  readonly calls: string[];
  /** What IAM would have been asked about each of them, with the access key that it was signed with. */
  readonly asked: (IamCall & { readonly accessKey: string })[];
  /** Answers that the next calls get instead of their own, as `[call, status, error]`; a call is `service Action`. */
  readonly faults: [call: string, status: number, error: string][];
  /** Looks at each call before it is answered, for tests that end or change something there. */
  onCall: (call: string) => void;
};

/**
 * Several services at one address, told apart by the scope of the request's signature
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export async function fakeAws(...services: readonly ServiceFake[]): Promise<AwsFake> {
  const calls: string[] = [];
  const asked: AwsFake['asked'] = [];
  const faults: AwsFake['faults'] = [];
  const configuration = await serve((request) => {
    const [, accessKey = '', , region = '', service = ''] =
      /Credential=([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const call = `${service} ${actionOf(request)}`;
    calls.push(call);
    const scope = { service, region, account: FAKE_ACCOUNT };
    asked.push(...iamCallsOf(request, scope).map((each) => ({ ...each, accessKey })));
    fake.onCall(call);
    const fault = faults.findIndex(([faulty]) => faulty === call);
    if (fault !== -1) {
      const [[, status, error] = ['', 500, 'InternalFailure']] = faults.splice(fault, 1);
      return service === 'cloudformation' || service === 'sts'
        ? xmlError(status, error, error)
        : jsonError(status, error, error);
    }
    const known = services.find((each) => each.service === service);
    return known?.answer({ ...request, region, accessKey }) ?? jsonError(404, 'UnknownOperation', call);
  });
  const fake: AwsFake = {
    configuration: { ...configuration, maxAttempts: 3 },
    calls,
    asked,
    faults,
    onCall() {},
  };
  return fake;
}

const FAKE_ACCOUNT = '123456789012';

function actionOf(request: FakeRequest): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1);
  if (request.headers['content-type'] === 'application/x-www-form-urlencoded')
    return new URLSearchParams(request.body.toString()).get('Action') ?? '';
  return `${request.method} ${request.path}`;
}

/** An answer of a JSON protocol. */
export function json(body: object, status = 200): FakeAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** An error of a JSON protocol. */
export function jsonError(status: number, code: string, message: string): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message, Message: message }),
  };
}

/** An answer of the query protocol: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function xml(action: string, result: string): FakeAnswer {
  return {
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
  };
}

/** An error of the query protocol. */
export function xmlError(status: number, code: string, message: string): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`,
  };
}

/** Text inside of XML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
