import type { Plugin } from 'esbuild';

/**
 * The client of DynamoDB makes a cache for endpoints that it would discover, but none of its commands discovers any
 * (@aws-sdk/client-dynamodb/dist-es/commands). The cache is 8 KB.
 */
export const withoutEndpointDiscovery: Plugin = {
  name: 'without endpoint discovery',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/endpoint-cache$/ }, ({ path }) => ({
      path,
      namespace: 'nothing',
      sideEffects: false,
    }));
    build.onLoad({ filter: /^@aws-sdk\/endpoint-cache$/, namespace: 'nothing' }, () => ({
      contents: 'export class EndpointCache {}',
    }));
  },
};
