"""What is written below the fields of the models: editors show it, and messages about absent keys.

It is read from the source when somebody asks. Most processes never do, and pydantic, which would read it
while it makes a model, takes two thirds as long for that as for everything else of the models.
"""

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def descriptions(model: type[BaseModel]) -> Mapping[str, str]:
    """Return what is written below each field of a model, by the field's key."""
    texts: dict[str, str] = {}
    for each in reversed(model.__mro__):
        texts |= _below_fields(each)
    return {field.alias or name: texts[name] for name, field in model.model_fields.items() if name in texts}


def _below_fields(model: type) -> dict[str, str]:
    """Return the text of each field of a class that has one, without what it inherits."""
    texts: dict[str, str] = {}
    if issubclass(model, BaseModel) and model is not BaseModel:
        for statement, following in pairwise(_classes(model.__module__)[model.__name__].body):
            match statement, following:
                case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                    texts[name] = inspect.cleandoc(text)
                case _:
                    pass
    return texts


@cache
def _classes(module: str) -> Mapping[str, ast.ClassDef]:
    source = inspect.getsource(sys.modules[module])
    return {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)}
