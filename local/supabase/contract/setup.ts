import { followTests } from '../testing.ts';

followTests();
