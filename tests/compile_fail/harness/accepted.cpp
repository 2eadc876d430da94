// refused: nothing here is refused
int main() {}
