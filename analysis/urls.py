"""Addresses of the analysis pages."""

from __future__ import annotations

from django.urls import path, register_converter

from analysis.views import (
    methods,
    operator_words,
    products,
    reevaluations,
    runs,
    specification_workbooks,
    specifications,
    theme,
    uploads,
)


class DigestConverter:
    """A SHA-256 digest in an address."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DigestConverter, "sha256")

urlpatterns = [
    path("", runs.home, name="home"),
    path("upload/", uploads.upload, name="upload"),
    path("batches/", uploads.batch_list, name="batches"),
    path("batches/new/", uploads.batch_create, name="batch-create"),
    path("batches/<uuid:batch_id>/", uploads.batch, name="batch"),
    path("batches/<uuid:batch_id>/progress/", uploads.batch_progress, name="batch-progress"),
    path("batches/<uuid:batch_id>/files/", uploads.batch_file, name="batch-file"),
    path("files/<int:source_file_id>/retry/", uploads.source_retry, name="source-retry"),
    path("files/<sha256:digest>/original", runs.original, name="original"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("disagreements/", operator_words.contradiction_list, name="operator-words"),
    path("disagreements/column/", operator_words.column_list, name="station-column"),
    path("methods/", methods.method_list, name="methods"),
    path("methods/propose/", methods.method_propose, name="method-propose"),
    path("methods/<int:pk>/approve/", methods.method_approve, name="method-approve"),
    path("methods/<int:pk>/decline/", methods.method_decline, name="method-decline"),
    path("reevaluations/", reevaluations.reevaluation_list, name="reevaluations"),
    path("reevaluations/new/", reevaluations.reevaluation_new, name="reevaluation-new"),
    path("reevaluations/<int:pk>/", reevaluations.reevaluation, name="reevaluation"),
    path(
        "reevaluations/<int:pk>/progress/",
        reevaluations.reevaluation_progress,
        name="reevaluation-progress",
    ),
    path(
        "reevaluations/<int:pk>/cancel/",
        reevaluations.reevaluation_cancel,
        name="reevaluation-cancel",
    ),
    path(
        "reevaluations/<int:pk>/changes.csv",
        reevaluations.reevaluation_export,
        name="reevaluation-export",
    ),
    path("models/", products.product_list, name="models"),
    path("models/disagreements/", products.disagreements, name="disagreements"),
    path("models/<int:pk>/", products.product, name="model-by-key"),
    path("models/edit/<int:pk>/", products.product_edit, name="model-edit"),
    path("models/<int:pk>/<slug:title>/", products.product, name="model"),
    path("models/<int:product_id>/specifications/new/", specifications.start, name="draft-start"),
    path("specifications/angle/", specifications.angle_preview, name="angle-preview"),
    path("specifications/export/", specification_workbooks.export, name="specification-export"),
    path("specifications/import/", specification_workbooks.receive, name="specification-imports"),
    path(
        "specifications/import/<int:pk>/",
        specification_workbooks.preview,
        name="specification-import",
    ),
    path("specifications/<int:pk>/", specifications.specification, name="specification"),
    path("specifications/<int:pk>/edit/", specifications.edit, name="specification-edit"),
    path("specifications/<int:pk>/approve/", specifications.approve, name="specification-approve"),
    path("specifications/<int:pk>/discard/", specifications.discard, name="specification-discard"),
    path(
        "specifications/<int:pk>/withdrawal/<slug:step>/",
        specifications.withdrawal,
        name="specification-withdrawal",
    ),
    path("theme/", theme.choose, name="theme"),
]
