/** The path of the generated registry, relative to the folder of the deployment. */
export const registryFile = 'functions/dispatcher/registry.generated.ts';
