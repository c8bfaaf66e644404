/** The region and credentials of all clients of the local stack. The emulators accept any. */
export const localRegion = 'us-east-1';
export const localCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };
