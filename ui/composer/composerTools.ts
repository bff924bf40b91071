import type { ComponentType, KeyboardEvent, Ref } from 'react';

/** What a tool of the composer does besides drawing its button. */
export type ComposerToolsHandle = {
  /** Gets each key pressed in the text field before the composer does; true: it is dealt with. */
  onKeyDown: (event: KeyboardEvent) => boolean;
};

/** What the composer tells a tool that an app adds to it. */
export type ComposerToolsProps = {
  ticketId: string;
  text: string;
  /** Puts another text into the field, with the cursor at its end. */
  onWrite: (text: string) => void;
  /** Told the id of the option that the arrow keys have reached, for screen readers; null: there is none. */
  onActiveOption: (id: string | null) => void;
  ref: Ref<ComposerToolsHandle>;
};

/** A tool that an app adds to the composer. */
export type ComposerTools = ComponentType<ComposerToolsProps>;
