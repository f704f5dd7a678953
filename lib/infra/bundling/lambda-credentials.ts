import type { Plugin } from 'esbuild';

/**
 * Lambda gives a function the credentials of its role in its environment
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). The SDK's default chain also brings clients for single
 * sign-on, profiles and other machines' metadata: 90 KB that could never run there.
 */
export const lambdaCredentials: Plugin = {
  name: 'credentials of Lambda',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ resolveDir }) => ({
      path: 'credentials',
      namespace: 'lambda',
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /^credentials$/, namespace: 'lambda' }, ({ pluginData }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: pluginData,
    }));
  },
};
