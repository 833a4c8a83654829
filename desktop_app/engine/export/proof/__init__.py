"""The proof that an exported file gives the answers of the network it came from.

``parity_card.py`` says what a proof holds and needs no torch; ``comparing.py`` makes one, through the code that ships;
``divergence.py`` finds the layer where the two part; ``verifying.py`` repeats it for a file from anywhere;
``card_text.py`` puts it in words. Read first: ``comparing.py``.
"""
