"""The built-in plugins: one file, one plugin; the file's name is the plugin's name.

They are written against ``desktop_app.api`` alone, as any other plugin is, and hold no privilege: copy the file nearest
to what you want into your plugin folder, rename what it registers, and it stands in every menu beside the original.

``initializers`` fill weights, ``activations`` and ``normalizations`` stand between layers, ``optimizers`` and
``schedules`` move the weights, ``networks`` put layers together, ``backbones`` are the pretrained parts of networks,
``data_sources`` read samples, ``trackers`` hand a training's numbers on to other programs.

May import: ``desktop_app.api``, torch and what each needs itself. Read first: ``activations/elu.py``, the smallest with
a hyper-parameter.
"""
