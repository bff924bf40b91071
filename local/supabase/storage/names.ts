import { StorageError } from './errors.ts';

const OBJECT_NAME = /^[A-Za-z0-9_/!.*'() &$=@;:+,?-]{1,1024}$/;
const BUCKET_NAME = /^[A-Za-z0-9_!.*'() &$=@;:+,?-]{1,100}$/;

/** @throws {StorageError} when an object can't have this name. @returns the name */
export function validObjectName(name: string): string {
  const climbs = name.split('/').some((segment) => segment === '..' || segment === '.');
  if (!OBJECT_NAME.test(name) || climbs) throw new StorageError(400, 'InvalidKey', `Invalid key: ${name}`);
  return name;
}

/** @throws {StorageError} when a bucket can't have this name. @returns the name */
export function validBucketName(name: string): string {
  if (!BUCKET_NAME.test(name) || name.trim() !== name) {
    throw new StorageError(400, 'InvalidBucketName', 'Bucket name invalid', 'Invalid Input');
  }
  return name;
}
