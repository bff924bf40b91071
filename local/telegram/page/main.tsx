import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connect } from './mirror.ts';
import './page.css';

connect();
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
