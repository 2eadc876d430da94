// refused: a reason that no compiler gives
#ifdef VALOREM_MISUSE
int f() {
  return undeclared;
}
#endif
int main() {}
