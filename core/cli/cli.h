/* cli/cli.h - the verbs of the command. Each gets the arguments from the verb on. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

int run_main(int argc, char **argv);
int check_main(int argc, char **argv);
int list_main(int argc, char **argv);
int describe_main(int argc, char **argv);
int runs_main(int argc, char **argv);
int show_main(int argc, char **argv);
int plot_main(int argc, char **argv);
int export_main(int argc, char **argv);
int review_main(int argc, char **argv);
int theory_main(int argc, char **argv);
int schema_main(int argc, char **argv);
/* What `list` and `describe` spawn to look into a stranger's module: prints JSON. */
int inspect_main(int argc, char **argv);

#endif
