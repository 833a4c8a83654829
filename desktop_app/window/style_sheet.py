"""The style sheet; ``theme.py`` puts the colours of the scheme in for their names."""

# Sizes lie on a grid of 4 pixels. A widget asks for a look by its "look" property; names are colours of ``Colours``.
STYLE_SHEET = """
QToolTip { background: @surface; color: @text; border: 1px solid @line; padding: 4px 8px; }
QWidget[look="rail"] { background: @sunken; }
QWidget[look="header"], QWidget[look="status"] { background: @surface; }
QWidget[look="header"] { border-bottom: 1px solid @line; }
QWidget[look="status"] { border-top: 1px solid @line; }
QWidget[look="card"] { background: @surface; border-radius: 8px; }
QWidget[look="finding"] { background: @window; border-left: 3px solid @line; border-radius: 4px; }
QWidget[look="finding"][tone="error"] { border-left-color: @bad; }
QWidget[look="finding"][tone="warning"] { border-left-color: @warning; }
QWidget[look="inspector"] { background: @surface; border-left: 1px solid @line; }
QWidget[look="drop"] { background: @surface; border: 2px dashed @line; border-radius: 12px; }
QWidget[look="drop"][over="true"] { background: @accent_soft; border-color: @accent; }
QWidget[look="notice"] { background: @accent_soft; }
QWidget[look="notice"][tone="bad"] { background: @bad_soft; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QLabel[look="title"] { font-size: 20px; font-weight: 600; }
QLabel[tone="good"] { color: @good; }
QLabel[tone="bad"] { color: @bad; }
QLabel[tone="warning"] { color: @warning; }
QLabel[look="heading"] { font-size: 14px; font-weight: 600; }
QLabel[look="section"] { font-size: 11px; font-weight: 600; color: @muted; }
QLabel[look="muted"] { color: @muted; }
QLabel[look="small"] { color: @muted; font-size: 11px; }
QLabel[look="figure"] { font-size: 20px; font-weight: 600; }
QLabel[look="bad"] { color: @bad; }
QLabel[look="good"] { color: @good; }
QLabel[look="warning"] { color: @warning; }
QLabel[look="hover"] { background: @surface; color: @text; border: 1px solid @line; border-radius: 6px;
  padding: 6px 8px; font-size: 11px; }
QLabel[look="chip"] { background: @sunken; color: @muted; border-radius: 4px; padding: 4px 8px; }
QPushButton { background: @sunken; border: 1px solid transparent; border-radius: 6px; padding: 6px 12px;
  min-height: 18px; }
QPushButton:hover { background: @line; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @muted; }
QPushButton[look="main"] { background: @accent; color: @on_accent; font-weight: 600; padding: 6px 16px; }
QPushButton[look="main"]:hover { background: @accent_hover; }
QPushButton[look="main"]:focus { border: 1px solid @text; }
QPushButton[look="main"]:disabled { background: @sunken; color: @muted; }
QPushButton[look="flat"] { background: transparent; padding: 4px 8px; }
QPushButton[look="flat"]:hover { background: @sunken; }
QPushButton[look="flat"]:focus { border-color: @accent; }
QPushButton[look="tab"] { background: transparent; color: @muted; padding: 4px 12px; }
QPushButton[look="tab"]:hover { background: @sunken; }
QPushButton[look="tab"]:checked { background: @accent_soft; color: @accent; }
QPushButton[look="tab"][tone="bad"] { color: @bad; }
QPushButton[look="tab"][tone="warning"] { color: @warning; }
QPushButton[look="tab"]:focus { border-color: @accent; }
QToolButton { background: transparent; border: none; border-radius: 4px; padding: 4px; }
QToolButton:hover { background: @sunken; }
QToolButton:focus { border: 1px solid @accent; }
QToolButton[look="rail"] { padding: 8px 4px 6px 4px; border-radius: 8px; color: @muted; font-size: 11px; }
QToolButton[look="rail"]:hover { background: @line; color: @text; }
QToolButton[look="rail"]:checked { background: @accent_soft; color: @accent; font-weight: 600; }
QToolButton[look="disclosure"] { color: @text; font-weight: 600; padding: 4px 0px; }
QToolButton[look="disclosure"]:hover { background: transparent; color: @accent; }
QLineEdit, QAbstractSpinBox, QComboBox { background: @window; border: 1px solid @line; border-radius: 6px;
  padding: 4px 8px;
  min-height: 18px; selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: @accent; }
QPlainTextEdit[look="field"] { background: @window; border: 1px solid @line; border-radius: 6px; padding: 4px; }
QPlainTextEdit[look="field"]:focus { border-color: @accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @muted; }
QLineEdit[look="name"] { background: transparent; border-color: transparent; font-size: 15px; font-weight: 600; }
QLineEdit[look="name"]:hover { border-color: @line; }
QLineEdit[look="name"]:focus { border-color: @accent; background: @window; }
QLineEdit[wrong="true"], QComboBox[wrong="true"], QAbstractSpinBox[wrong="true"] { border-color: @bad; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow, QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow {
  image: none; width: 0px; height: 0px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { background: transparent; border: none; width: 20px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line; padding: 4px; outline: none; }
QProgressBar { background: @sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QListView, QTableView, QTreeView, QTextBrowser, QListWidget, QTableWidget { background: @surface; border: none;
  outline: none;
  selection-background-color: @accent_soft; selection-color: @text; }
QTableView { gridline-color: @line; alternate-background-color: @window; }
QHeaderView { background: @surface; }
QHeaderView::section { background: @surface; color: @muted; border: none; border-bottom: 1px solid @line;
  padding: 8px; }
QTableCornerButton::section { background: @surface; border: none; }
QTableView::item { padding: 4px 8px; }
QListView[look="card"] { border-radius: 8px; padding: 4px 8px; }
QTreeView::item { padding: 6px 8px; }
QTreeView::item:selected { background: @accent_soft; color: @text; }
QListView::item { border-radius: 6px; padding: 4px; }
QListView::item:selected { background: @accent_soft; color: @text; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0px; }
QScrollBar::handle { background: @line; border-radius: 4px; min-height: 32px; min-width: 32px; margin: 1px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSlider::groove:horizontal { background: @line; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: @surface; border: 2px solid @accent; width: 10px; height: 10px;
  margin: -5px 0px;
  border-radius: 7px; }
QSlider::handle:horizontal:focus { background: @accent; }
QSlider::sub-page:horizontal:disabled { background: @muted; }
QSlider::handle:horizontal:disabled { border-color: @muted; }
QMenu { background: @surface; border: 1px solid @line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 16px; border-radius: 4px; }
QMenu::item:selected { background: @accent_soft; color: @text; }
"""
