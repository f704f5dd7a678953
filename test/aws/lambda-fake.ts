import { createHash, randomUUID } from 'node:crypto';
import { json, jsonError, type ServiceFake, type SignedRequest } from './aws-fake.ts';
import type { FakeAnswer } from './serve.ts';

type Configuration = {
  RevisionId: string;
  CodeSha256: string;
  Version: string;
  Description: string;
  State: string;
  LastUpdateStatus: string;
  LastUpdateStatusReason?: string;
  Runtime: string;
  Architectures: string[];
  MemorySize: number;
  Timeout: number;
  PackageType: string;
};
type Alias = {
  Name: string;
  FunctionVersion: string;
  RevisionId: string;
  RoutingConfig: { AdditionalVersionWeights: Record<string, number> };
};
type Input = Readonly<Record<string, unknown>>;

export type LambdaFake = ServiceFake & {
  readonly versions: Map<string, Configuration>;
  readonly aliases: Map<string, Alias>;
  /** The package or the image of each version by its digest. */
  readonly packages: Map<string, Buffer>;
  /** How often an update is `InProgress` when it is asked for. */
  updatesTake: number;
  /** The next update fails, for this reason. */
  failNext: string | undefined;
};

/**
 * One function of Lambda, in the region eu-west-1:
 * - UpdateFunctionCode, UpdateFunctionConfiguration, PublishVersion: a RevisionId that is not the present one is
 *   PreconditionFailedException; while an update is in progress every other is ResourceConflictException
 *   (https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html, …/dg/functions-states.html).
 * - PublishVersion gives the last version again where neither code nor settings have changed since
 *   (https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html).
 * - An alias leads to at most two versions, its weights lie between 0 and 1, and $LATEST takes no part in a split
 *   (https://docs.aws.amazon.com/lambda/latest/api/API_AliasRoutingConfiguration.html, …/dg/configuration-aliases.html).
 * - A version that an alias leads to is not deleted: ResourceConflictException (…/api/API_DeleteFunction.html).
 */
export function lambdaFake(name: string): LambdaFake {
  const versions = new Map<string, Configuration>();
  const aliases = new Map<string, Alias>();
  const packages = new Map<string, Buffer>();
  let published = 0;
  let waiting = 0;
  let publishedAs: string | undefined;
  versions.set('$LATEST', {
    RevisionId: randomUUID(),
    CodeSha256: 'none',
    Version: '$LATEST',
    Description: '',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    MemorySize: 512,
    Timeout: 10,
    PackageType: 'Zip',
  });

  function latest(): Configuration {
    const found = versions.get('$LATEST');
    if (found === undefined) throw new Error('the function is gone');
    return found;
  }

  function change(changes: Partial<Configuration>): Configuration {
    waiting = fake.updatesTake;
    const next = { ...latest(), ...changes, RevisionId: randomUUID(), LastUpdateStatus: 'InProgress' };
    versions.set('$LATEST', next);
    return next;
  }

  /** Every look at an update that is in progress brings it nearer to its end. */
  function look(): void {
    if (latest().LastUpdateStatus !== 'InProgress') return;
    if (waiting > 0) {
      waiting -= 1;
      return;
    }
    const failure = fake.failNext;
    fake.failNext = undefined;
    versions.set('$LATEST', {
      ...latest(),
      // The end of an update is a new revision of the function too.
      RevisionId: randomUUID(),
      LastUpdateStatus: failure === undefined ? 'Successful' : 'Failed',
      ...(failure === undefined ? {} : { LastUpdateStatusReason: failure }),
    });
  }

  function refusal({ RevisionId }: Input): FakeAnswer | undefined {
    if (latest().LastUpdateStatus === 'InProgress')
      return jsonError(409, 'ResourceConflictException', 'An update is in progress for resource');
    if (RevisionId === undefined || RevisionId === latest().RevisionId) return undefined;
    return jsonError(412, 'PreconditionFailedException', 'The RevisionId provided does not match the latest');
  }

  function updateCode(input: Input): FakeAnswer {
    const refused = refusal(input);
    if (refused !== undefined) return refused;
    if (typeof input.ImageUri === 'string')
      return json(change({ CodeSha256: input.ImageUri.split('sha256:')[1] ?? '', PackageType: 'Image' }));
    const bytes =
      typeof input.ZipFile === 'string'
        ? Buffer.from(input.ZipFile, 'base64')
        : Buffer.from(`${input.S3Bucket}/${input.S3Key}`);
    const isUploaded = typeof input.S3Key === 'string';
    const CodeSha256 = isUploaded
      ? Buffer.from(/[0-9a-f]{64}/.exec(String(input.S3Key))?.[0] ?? '', 'hex').toString('base64')
      : createHash('sha256').update(bytes).digest('base64');
    packages.set(CodeSha256, bytes);
    return json(change({ CodeSha256 }));
  }

  function publish(input: Input): FakeAnswer {
    const refused = refusal(input);
    if (refused !== undefined) return refused;
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== latest().CodeSha256)
      return jsonError(
        400,
        'InvalidParameterValueException',
        'CodeSHA256 is different from current CodeSHA256',
      );
    const last = versions.get(String(published));
    const { CodeSha256, Description } = latest();
    const content = JSON.stringify([CodeSha256, Description]);
    if (publishedAs === content && last !== undefined) return json(last, 201);
    published += 1;
    publishedAs = content;
    const version = {
      ...latest(),
      RevisionId: randomUUID(),
      Version: String(published),
      ...(typeof input.Description === 'string' ? { Description: input.Description } : {}),
    };
    versions.set(version.Version, version);
    return json(version, 201);
  }

  function putAlias(alias: string, input: Input): FakeAnswer {
    const primary = String(input.FunctionVersion);
    const routing = (input.RoutingConfig ?? {}) as { AdditionalVersionWeights?: Record<string, number> };
    const others = routing.AdditionalVersionWeights ?? {};
    const involved = [primary, ...Object.keys(others)];
    if (involved.some((version) => !versions.has(version)))
      return jsonError(404, 'ResourceNotFoundException', `Function not found: ${involved.join(', ')}`);
    if (involved.length > 2)
      return jsonError(400, 'InvalidParameterValueException', 'an alias leads to at most two versions');
    if (involved.length === 2 && involved.includes('$LATEST'))
      return jsonError(
        400,
        'InvalidParameterValueException',
        '$LATEST is not supported for an alias with routing',
      );
    if (Object.values(others).some((weight) => weight < 0 || weight > 1))
      return jsonError(400, 'InvalidParameterValueException', 'a weight is between 0 and 1');
    const next = {
      Name: alias,
      FunctionVersion: primary,
      RevisionId: randomUUID(),
      RoutingConfig: { AdditionalVersionWeights: others },
    };
    aliases.set(alias, next);
    return json(next);
  }

  function createAlias(alias: string, input: Input): FakeAnswer {
    return aliases.has(alias)
      ? jsonError(409, 'ResourceConflictException', 'Alias already exists')
      : putAlias(alias, input);
  }

  function updateAlias(alias: string, input: Input): FakeAnswer {
    const known = aliases.get(alias);
    if (known === undefined) return jsonError(404, 'ResourceNotFoundException', `no alias ${alias}`);
    if (input.RevisionId !== undefined && input.RevisionId !== known.RevisionId)
      return jsonError(
        412,
        'PreconditionFailedException',
        'The RevisionId provided does not match the latest',
      );
    return putAlias(alias, input);
  }

  function deleteVersion(version: string | null): FakeAnswer {
    if (version === null) throw new Error('a test deletes the whole function');
    const user = [...aliases.values()].find(
      ({ FunctionVersion, RoutingConfig }) =>
        FunctionVersion === version || Object.hasOwn(RoutingConfig.AdditionalVersionWeights, version),
    );
    if (user !== undefined)
      return jsonError(
        409,
        'ResourceConflictException',
        `version ${version} is used by the alias ${user.Name}`,
      );
    versions.delete(version);
    return { status: 204 };
  }

  function read(version: string): FakeAnswer {
    const known = versions.get(version);
    return known === undefined ? jsonError(404, 'ResourceNotFoundException', 'no version') : json(known);
  }

  function answer({ method, path, query, body }: SignedRequest): FakeAnswer {
    const [called, part, alias] = path.replace('/2015-03-31/functions/', '').split('/');
    if (called !== name) return jsonError(404, 'ResourceNotFoundException', `Function not found: ${called}`);
    const input = (body.length === 0 ? {} : JSON.parse(body.toString())) as Input;
    look();
    switch (`${method} ${part ?? ''}${alias === undefined ? '' : '/alias'}`) {
      case 'GET configuration':
        return read(query.get('Qualifier') ?? '$LATEST');
      case 'GET versions':
        return paged('Versions', [...versions.values()], query);
      case 'GET aliases':
        return paged('Aliases', [...aliases.values()], query);
      case 'PUT code':
        return updateCode(input);
      case 'PUT configuration':
        return refusal(input) ?? json(change({ Description: String(input.Description) }));
      case 'POST versions':
        return publish(input);
      case 'POST aliases':
        return createAlias(String(input.Name), input);
      case 'PUT aliases/alias':
        return updateAlias(alias ?? '', input);
      case 'DELETE aliases/alias':
        aliases.delete(alias ?? '');
        return { status: 204 };
      case 'DELETE ':
        return deleteVersion(query.get('Qualifier'));
      default:
        return jsonError(404, 'UnknownOperation', `${method} ${path}`);
    }
  }

  const fake: LambdaFake = {
    service: 'lambda',
    versions,
    aliases,
    packages,
    updatesTake: 1,
    failNext: undefined,
    answer,
  };
  return fake;
}

/** Two to a page, so that every reader meets a second one. */
function paged(field: string, all: readonly object[], query: URLSearchParams): FakeAnswer {
  const from = Number(query.get('Marker') ?? 0);
  const more = from + 2 < all.length ? { NextMarker: String(from + 2) } : {};
  return json({ [field]: all.slice(from, from + 2), ...more });
}
