import { startApp } from '../ui/shell/start.tsx';
import '../ui/theme/theme.css';
import { Panel } from './Panel.tsx';

startApp('admin', Panel);
