import { startApp } from '../ui/shell/start.tsx';
import '../ui/theme/theme.css';
import { Cabinet } from './Cabinet.tsx';

startApp('cabinet', Cabinet);
