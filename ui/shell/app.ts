/** The two apps that share this folder. */
export type AppName = 'cabinet' | 'admin';
