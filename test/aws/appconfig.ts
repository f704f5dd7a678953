import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { type FakeAnswer, type FakeRequest, serve } from './serve.ts';

type Version = { readonly label: string | undefined; readonly content: Buffer };
type Deployment = { readonly version: string; state: string; looks: number };

export type FakeAppConfig = {
  readonly client: AppConfigClient;
  /** Version 1 is the first. */
  readonly versions: Version[];
  /** Deployment 1 is the first. */
  readonly deployments: Deployment[];
  /** What the services of the environment read now. */
  readonly read: () => unknown;
  readonly rules: {
    /** How often a deployment is looked at before it is complete. */
    looks: number;
    /** How many of the next deployments are rolled back. */
    rollBack: number;
    /** Runs before the next deployment is started. */
    beforeStart: (() => Promise<void>) | undefined;
    /** The error of every answer. */
    refuse: string | undefined;
  };
};

const VERSIONS = '/applications/abc1234/configurationprofiles/prf1234/hostedconfigurationversions';
const DEPLOYMENTS = '/applications/abc1234/environments/env1234/deployments';

/**
 * AWS AppConfig with one application `abc1234`, environment `env1234`, profile `prf1234` and strategy `str1234`
 * (https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_StartDeployment.html, API_CreateHostedConfigurationVersion.html,
 * API_ListDeployments.html). A label is given once; a deployment goes on until it was looked at some times, and while one goes on
 * another is a `ConflictException`; deployments are listed newest first.
 */
export async function fakeAppConfig(atEnd?: (close: () => Promise<void>) => void): Promise<FakeAppConfig> {
  const versions: Version[] = [];
  const deployments: Deployment[] = [];
  const rules: FakeAppConfig['rules'] = { looks: 1, rollBack: 0, beforeStart: undefined, refuse: undefined };

  const listDeployments = (query: URLSearchParams): FakeAnswer => {
    const newest = deployments.at(-1);
    if (newest?.state === 'DEPLOYING' && newest.looks++ >= rules.looks) {
      newest.state = rules.rollBack-- > 0 ? 'ROLLED_BACK' : 'COMPLETE';
    }
    const items = deployments.map(({ version, state }, index) => ({
      DeploymentNumber: index + 1,
      ConfigurationVersion: version,
      State: state,
    }));
    return json(200, { Items: items.reverse().slice(0, Number(query.get('max_results') ?? 50)) });
  };

  const start = async ({ body }: FakeRequest): Promise<FakeAnswer> => {
    const before = rules.beforeStart;
    rules.beforeStart = undefined;
    await before?.();
    const asked = JSON.parse(body.toString()) as Record<string, string>;
    const { ConfigurationVersion = '', ConfigurationProfileId, DeploymentStrategyId } = asked;
    if (ConfigurationProfileId !== 'prf1234' || DeploymentStrategyId !== 'str1234') return missing();
    if (versions[Number(ConfigurationVersion) - 1] === undefined) return missing();
    if (deployments.at(-1)?.state === 'DEPLOYING') {
      return json(409, { __type: 'ConflictException', Message: 'a deployment is in progress' });
    }
    deployments.push({ version: ConfigurationVersion, state: 'DEPLOYING', looks: 0 });
    return json(201, { DeploymentNumber: deployments.length, State: 'DEPLOYING' });
  };

  const service = await serve((request) => {
    const { method, path, query } = request;
    if (rules.refuse !== undefined) return json(400, { __type: rules.refuse, Message: 'no' });
    if (path === DEPLOYMENTS) return method === 'GET' ? listDeployments(query) : start(request);
    if (path === VERSIONS) return method === 'GET' ? list(versions, query) : create(versions, request);
    const found = path.startsWith(`${VERSIONS}/`)
      ? versions[Number(path.slice(VERSIONS.length + 1)) - 1]
      : undefined;
    return found === undefined ? missing() : { body: found.content };
  }, atEnd);
  return {
    client: new AppConfigClient({ ...service, maxAttempts: 1 }),
    versions,
    deployments,
    rules,
    read: () => {
      const live = deployments.findLast(({ state }) => state === 'COMPLETE');
      const content = versions[Number(live?.version) - 1]?.content;
      return content === undefined ? undefined : JSON.parse(content.toString());
    },
  };
}

function list(versions: readonly Version[], query: URLSearchParams): FakeAnswer {
  const label = query.get('version_label');
  const Items = versions
    .map((version, index) => ({ VersionNumber: index + 1, VersionLabel: version.label }))
    .filter((item) => label === null || item.VersionLabel === label);
  return json(200, { Items });
}

function create(versions: Version[], { headers, body }: FakeRequest): FakeAnswer {
  const label = headers.versionlabel as string | undefined;
  if (label !== undefined && versions.some((version) => version.label === label)) {
    return json(409, { __type: 'ConflictException', Message: 'the label is taken' });
  }
  versions.push({ label, content: body });
  return { status: 201, headers: { 'version-number': String(versions.length) }, body };
}

function missing(): FakeAnswer {
  return json(404, { __type: 'ResourceNotFoundException', Message: 'not found' });
}

function json(status: number, body: object): FakeAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
