// Select2 gives the fields that it puts in the place of selects no name that a screen reader could tell.
const $ = django.jQuery;

$(() => {
  for (const select of document.querySelectorAll(".admin-autocomplete")) {
    const name = select.labels[0]?.textContent.trim().replace(/[:：]$/, "") ?? "";
    $(select).next().find(".select2-selection__rendered").attr("aria-label", name);
    $(select).on("select2:open", () => $(".select2-search__field").attr("aria-label", name));
  }
});
