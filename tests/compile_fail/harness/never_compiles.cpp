// refused: undeclared
int main() {
  return undeclared;
}
