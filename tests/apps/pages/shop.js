// A back office in Vue and Quasar: a list of customers, one customer, and settings, each with an address of its own.
const { createApp, ref, reactive, computed } = Vue;
const NAMES = ["Ada", "Bo", "Chen", "Dora", "Emil", "Fatma", "Gus", "Hana"];
const CUSTOMERS = Array.from({ length: 120 }, (_, n) => ({
  id: n + 1, name: `${NAMES[n % 8]} ${String.fromCharCode(65 + n % 26)}.`, town: ["Rome", "Oslo", "Lima"][n % 3],
  orders: n * 7 % 19 + 1, owes: (n * 31 % 400) / 4, since: 1990 + n % 30,
}));
const COLUMNS = ["name", "town", "orders", "owes", "since"].map((name) => ({
  name, label: name, field: name, sortable: true, align: typeof CUSTOMERS[0][name] === "number" ? "right" : "left",
}));
const template = `
<q-layout view="hHh lpR fFf">
  <q-header elevated><q-toolbar>
    <q-btn flat dense data-t="menu" label="≡" @click="drawer = !drawer"></q-btn><q-toolbar-title>Shop</q-toolbar-title>
    <q-badge color="orange">{{ CUSTOMERS.length }}</q-badge></q-toolbar></q-header>
  <q-drawer v-model="drawer" show-if-above bordered :width="200"><q-list>
    <q-item v-for="name in ['customers', 'settings']" :key="name" clickable :active="at === name" @click="go(name)" :data-t="name">
      <q-item-section>{{ name }}</q-item-section></q-item></q-list></q-drawer>
  <q-page-container><q-page padding>
    <q-table v-if="at === 'customers'" title="Customers" :rows="CUSTOMERS" :columns="COLUMNS" row-key="id" :filter="word"
        selection="multiple" v-model:selected="chosen" @row-click="(_, row) => show(row)">
      <template #top-right><q-input dense debounce="50" v-model="word" placeholder="Search" data-t="search"></q-input></template>
    </q-table>
    <div v-else-if="at === 'settings'" class="q-gutter-md" style="max-width: 560px">
      <q-input filled v-model="form.title" label="Name of the shop" hint="As on the bills" data-t="title"></q-input>
      <q-select filled v-model="form.money" :options="['Euro', 'Krone', 'Sol']" label="Currency" data-t="money"></q-select>
      <q-toggle v-model="form.open" label="Open on Sundays" data-t="open"></q-toggle>
      <q-slider v-model="form.tax" :min="0" :max="30" label label-always color="teal" data-t="tax"></q-slider>
      <q-expansion-item label="Dates" data-t="dates"><q-date v-model="form.day" minimal></q-date></q-expansion-item>
      <q-btn color="primary" label="Save" @click="save" data-t="save"></q-btn></div>
    <q-card v-else><q-card-section><div class="text-h6">{{ customer.name }}</div>{{ customer.town }}, since {{ customer.since }}</q-card-section>
      <q-tabs v-model="tab" align="left" class="text-primary"><q-tab name="owes" label="Owes"></q-tab><q-tab name="orders" label="Orders" data-t="orders"></q-tab></q-tabs>
      <q-tab-panels v-model="tab" animated><q-tab-panel name="owes">{{ customer.owes }}</q-tab-panel>
        <q-tab-panel name="orders"><q-timeline><q-timeline-entry v-for="n in customer.orders" :key="n" :title="'Order ' + n" subtitle="paid">A chair and a lamp.</q-timeline-entry></q-timeline></q-tab-panel></q-tab-panels></q-card>
    <q-dialog v-model="saved"><q-card><q-card-section>Everything is saved.</q-card-section>
      <q-card-actions align="right"><q-btn flat label="Good" v-close-popup data-t="good"></q-btn></q-card-actions></q-card></q-dialog>
  </q-page></q-page-container>
</q-layout>`;
const app = createApp({
  template,
  setup() {
    const at = ref("customers");
    const customer = ref(CUSTOMERS[0]);
    const [drawer, word, chosen, tab, saved] = [ref(true), ref(""), ref([]), ref("owes"), ref(false)];
    const form = reactive({ title: "", money: null, open: false, tax: 12, day: "2026/03/01" });
    const go = (name) => { history.pushState(name, "", `/shop/${name}`); at.value = name; };
    const show = (row) => { customer.value = row; tab.value = "owes"; go(`customers/${row.id}`); };
    window.addEventListener("popstate", ({ state }) => (at.value = state ?? "customers"));
    return { CUSTOMERS, COLUMNS, at, customer, drawer, word, chosen, tab, saved, form, go, show, save: () => (saved.value = true) };
  },
});
app.use(Quasar);
Quasar.IconSet.set(Quasar.IconSet.svgMaterialIcons);
app.mount("#app");
