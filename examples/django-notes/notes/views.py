"""The page with the notes."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from notes.models import Note


@ensure_csrf_cookie
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        text = request.POST.get("text", "").strip()[:200]
        if text:
            Note.objects.create(text=text)
        return redirect("/")
    return render(request, "notes/index.html", {"notes": Note.objects.all()[:50]})


def health(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"notes": Note.objects.count()})
